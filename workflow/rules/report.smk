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
    message:
        "Report {output.report}"
    shell:
        "python -m optclaims report {FOLDER} {ONLY} > {log} 2>&1"
