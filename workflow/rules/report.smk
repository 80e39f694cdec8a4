"""The page that shows all claims, and the same as a table."""


rule report:
    input:
        EXPERIMENTS,
    output:
        report=REPORT,
        table=f"{FOLDER}/claims.csv",
    log:
        f"{FOLDER}/logs/report.log",
    localrule: True
    conda:
        "../envs/optclaims.yaml"
    params:
        folder=FOLDER,
        only=ONLY,
    message:
        "Report {output.report}"
    shell:
        "python -m optclaims report {params.folder} {params.only} > {log} 2>&1"
