"""The page that shows all claims, and the same as a table."""


rule report:
    input:
        EXPERIMENTS,
    output:
        report=report(REPORT, category="Verdicts", labels={"verdicts": "of all claims"}),
        table=report(
            f"{FOLDER}/claims.csv",
            category="Verdicts",
            labels={"verdicts": "as a table"},
        ),
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
