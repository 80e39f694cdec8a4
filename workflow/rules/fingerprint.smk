"""Twelve questions to an optimizer of the reader's, and to all known ones."""

from optclaims.fingerprints import catalogue, names

KNOWN = {catalogue.folder(name): name for name in catalogue.available()}
PROBES = [
    str(path)
    for path in sorted(
        Path(workflow.basedir).glob("src/optclaims/fingerprints/**/*.py")
    )
]
ASKED = names.name_of(CONFIG.optimizer or "none", CONFIG.arguments)


rule fingerprint:
    input:
        # A file of the reader's own; what is imported by name has no file to watch.
        own=[
            file
            for file in (CONFIG.optimizer or "").split(":")[:1]
            if file.endswith(".py")
        ],
        probes=PROBES,
        known=[file for file in ["docs/atlas.csv"] if Path(file).exists()],
    output:
        json=f"results/fingerprint/{ASKED}/fingerprint.json",
        page=f"results/fingerprint/{ASKED}/fingerprint.html",
    log:
        f"results/fingerprint/logs/{ASKED}.log",
    conda:
        "../envs/optclaims.yaml"
    threads: 1
    params:
        optimizer=CONFIG.optimizer or "",
        arguments=json.dumps(CONFIG.arguments),
        out=lambda wildcards, output: str(Path(output.json).parent),
        seed=CONFIG.seed,
    message:
        "Fingerprint of {params.optimizer}; the page is {output.page}"
    shell:
        "test -n {params.optimizer:q} || {{ echo 'which one? --config optimizer=my_optimizer.py:MyOptimizer' | tee {log}"
        " && exit 1; }}; python -m optclaims fingerprint {params.optimizer:q} --arguments {params.arguments:q}"
        " --out {params.out} --seed {params.seed} > {log} 2>&1 || {{ cat {log}; exit 1; }}; cat {log}"


rule atlas_entry:
    input:
        probes=PROBES,
    output:
        "results/atlas/{known}/fingerprint.json",
    log:
        "results/atlas/logs/{known}.log",
    wildcard_constraints:
        known="|".join(KNOWN),
    conda:
        "../envs/optclaims.yaml"
    threads: 1
    params:
        optimizer=lambda wildcards: KNOWN[wildcards.known],
        out=lambda wildcards, output: str(Path(output[0]).parent),
    message:
        "Fingerprint of {wildcards.known}"
    shell:
        "python -m optclaims fingerprint {params.optimizer:q} --out {params.out} --no-figures > {log} 2>&1"


rule atlas:
    input:
        expand("results/atlas/{known}/fingerprint.json", known=KNOWN),
    log:
        "results/atlas/logs/atlas.log",
    localrule: True
    conda:
        "../envs/optclaims.yaml"
    message:
        "The atlas: docs/atlas.md"
    shell:
        "python -m optclaims atlas results/atlas 2>&1 | tee {log}"
