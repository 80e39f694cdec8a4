"""Optimizer Claims: every paper's figures redrawn from fresh runs, every claim judged by a check that can fail."""


configfile: "workflow/config.yaml"


include: "workflow/rules/common.smk"


rule all:
    input:
        EXPERIMENTS,
        REPORT,
    message:
        "Verdicts"
    shell:
        "python -m optclaims verify {FOLDER} {ONLY}"


include: "workflow/rules/experiment.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/reference.smk"


onstart:
    remove_report()


onsuccess:
    write_report_if_missing()


onerror:
    write_report_if_missing(verify=True)
