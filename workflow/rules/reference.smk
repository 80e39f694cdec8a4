"""What is kept in git: comparing with it and renewing it."""


rule compare:
    input:
        EXPERIMENTS,
        REPORT,
    log:
        f"{FOLDER}/logs/compare.log",
    localrule: True
    conda:
        "../envs/optclaims.yaml"
    params:
        folder=FOLDER,
        reference=f"results/reference/{CONFIG.scale}",
        only=ONLY,
        # No output, which would be deleted when the comparison fails: just then the page is wanted.
        page=DIFF,
    message:
        "Comparing {params.folder} with {params.reference}; the page is {params.page}"
    shell:
        "python -m optclaims compare {params.folder} {params.reference} {params.only}"
        " --log {log} --html {params.page}"


rule reference:
    input:
        EXPERIMENTS,
        REPORT,
    log:
        f"{FOLDER}/logs/reference.log",
    localrule: True
    conda:
        "../envs/optclaims.yaml"
    params:
        folder=FOLDER,
        reference=f"results/reference/{CONFIG.scale}",
        only=ONLY,
    message:
        "Renewing {params.reference}"
    shell:
        "python -m optclaims reference {params.folder} {params.reference} {params.only} 2>&1 | tee {log}"
