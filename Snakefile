"""Optimizer Claims: every paper's figures redrawn from fresh runs, every claim judged by a check that can fail."""


configfile: "workflow/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


rule all:
    input:
        EXPERIMENTS,
        REPORT,
    log:
        f"{FOLDER}/logs/verify.log",
    localrule: True
    conda:
        "workflow/envs/optclaims.yaml"
    params:
        folder=FOLDER,
        only=ONLY,
    message:
        f"Verdicts; the report is {INDEX}"
    shell:
        "python -m optclaims verify {params.folder} {params.only} --log {log}"


include: "workflow/rules/experiment.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/reference.smk"
include: "workflow/rules/robustness.smk"
include: "workflow/rules/fingerprint.smk"
include: "workflow/rules/try.smk"


onstart:
    withdraw_report()


onsuccess:
    complete_report()


onerror:
    complete_report(verify=True)
