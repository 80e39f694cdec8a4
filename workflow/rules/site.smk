"""All there is to read as one static site."""


rule site:
    input:
        REPORT,
    output:
        directory("results/site"),
    log:
        f"{FOLDER}/logs/site.log",
    localrule: True
    conda:
        "../envs/optclaims.yaml"
    params:
        folder=FOLDER,
    message:
        "Site {output}/index.html"
    shell:
        "python -m optclaims site {params.folder} {output} > {log} 2>&1"
