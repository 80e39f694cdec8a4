import pytest
from nbformat import v4, write

from optclaims.pages.article import article, code, prose


@pytest.fixture
def written(tmp_path):
    def build(*cells):
        write(v4.new_notebook(cells=list(cells)), tmp_path / "notebook.ipynb")
        return str(article(tmp_path / "notebook.ipynb", "coins/flips/"))

    return build


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# Title", "<h4>Title</h4>"),
        ("#### Deep", "<h6>Deep</h6>"),
        ("a *b* `c<d`", "<p>a <em>b</em> <code>c&lt;d</code></p>"),
        ("<script>x</script>", "&lt;script&gt;"),
        ("costs 5 $ or 6 $", "costs 5 $ or 6 $"),
        ("$x_1 * y_2 * z$", "<mo>&#x0002A;</mo>"),
        ("so $$x = 1$$ holds", 'so <math xmlns="http://www.w3.org/1998/Math/MathML" display="block">'),
        ("$$\nx = 1\n$$", 'display="block">'),
        ("| a |\n|---|\n| 1 |", "<td>1</td>"),
    ],
)
def test_prose(source, html):
    assert html in prose(source)


def test_code_is_coloured_and_loses_nothing():
    source = "def f(x):  # why\n    return x < 10 and 'a\\n<b>'\n\n\n@g\nclass C: ..."
    html = code(source)
    for marked in (
        '<i class="comment"># why</i>',
        '<i class="number">10</i>',
        '<i class="keyword">and</i>',
        '<i class="string">&#39;a\\n&lt;b&gt;&#39;</i>',
    ):
        assert marked in html
    assert html.striptags().split() == source.split() and html.count("\n") == source.count("\n")


def test_figures_are_links_to_those_of_the_page(written):
    figure = v4.new_output("display_data", {"text/markdown": "![losses](losses.svg)", "text/plain": "<Markdown>"})
    html = written(v4.new_code_cell("draw()", outputs=[figure]))
    assert '<a class="drawn" href="#coins/flips/losses">figure losses</a>' in html
    assert "&lt;Markdown" not in html


def test_what_was_printed_is_text(written):
    table = v4.new_output("execute_result", {"text/html": "<table>", "text/plain": "a < b"}, execution_count=1)
    html = written(v4.new_code_cell("x", outputs=[v4.new_output("stream", text="1 < 2\n"), table]))
    assert '<pre class="printed">1 &lt; 2</pre>' in html and '<pre class="printed">a &lt; b</pre>' in html
    assert "<table>" not in html


def test_the_parameters_of_the_run_replace_the_defaults(written):
    defaults = v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]})
    of_the_run = v4.new_code_cell("n = 100", metadata={"tags": ["injected-parameters"]})
    assert '<i class="number">1</i>' in written(defaults)
    assert '<i class="number">1</i>' not in written(defaults, of_the_run)


def test_a_cell_without_code_leaves_nothing(written):
    assert written(v4.new_code_cell("")) == ""
