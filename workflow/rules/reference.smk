"""What is kept in git: comparing with it and renewing it."""


rule compare:
    input:
        EXPERIMENTS,
        REPORT,
    localrule: True
    message:
        "Comparing with the reference"
    shell:
        "python -m optclaims compare {FOLDER} results/reference/{CONFIG.scale} {ONLY}"


rule reference:
    input:
        EXPERIMENTS,
        REPORT,
    localrule: True
    message:
        "Renewing the reference"
    shell:
        "python -m optclaims reference {FOLDER} results/reference/{CONFIG.scale} {ONLY}"
