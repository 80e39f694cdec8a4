"""One experiment with other parameters, which its folder names; neither compared nor reported."""


rule:
    name:
        "try"
    input:
        notebook="notebooks/{paper}/{experiment}.py",
        runner="workflow/scripts/run_notebook.py",
        modules=TRIALS.modules,
        data=TRIALS.data,
    output:
        # The figures lie beside them: a rule for all experiments cannot name them.
        **{
            what: f"results/try/{{paper}}/{{experiment}}/{{trial}}/{file}"
            for what, file in pipeline.WITHOUT_FIGURES.items()
        },
    log:
        "results/try/logs/{paper}/{experiment}/{trial}.log",
    wildcard_constraints:
        paper="|".join(CARDS),
        experiment="[a-z0-9_]+",
        trial=trials.NAME,
    conda:
        "../envs/optclaims.yaml"
    threads: 1
    resources:
        mem_mb=TRIALS.memory,
        runtime=TRIALS.runtime,
    params:
        job=TRIALS.job,
        out="results/try/{paper}/{experiment}/{trial}",
    message:
        "{wildcards.paper}/{wildcards.experiment} as {wildcards.trial}"
    # No time limit: other parameters may take longer than those of the card.
    shell:
        "python {input.runner} --notebook {input.notebook} --job {params.job:q} --out {params.out} --log {log}"
