"""The pages that show all claims, and the same as a table."""


rule report:
    input:
        EXPERIMENTS,
    output:
        report=report(
            directory(REPORT),
            htmlindex="index.html",
            category="Verdicts",
            labels={"verdicts": "of all claims"},
        ),
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
        f"Report {INDEX}"
    shell:
        "python -m optclaims report {params.folder} {params.only} > {log} 2>&1"
