"""What is kept in git: comparing with it and renewing it."""


rule compare:
    input:
        EXPERIMENTS,
        REPORT,
    # The page is wanted most when the comparison fails, which would delete an output; a log stays.
    log:
        text=f"{FOLDER}/logs/compare.log",
        page=f"{FOLDER}/diff.html",
    localrule: True
    conda:
        "../envs/optclaims.yaml"
    params:
        folder=FOLDER,
        reference=f"results/reference/{CONFIG.scale}",
        only=ONLY,
    message:
        "Comparing {params.folder} with {params.reference}; the page is {log.page}"
    shell:
        "python -m optclaims compare {params.folder} {params.reference} {params.only}"
        " --log {log.text} --html {log.page}"


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
