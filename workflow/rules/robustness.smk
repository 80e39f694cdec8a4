"""The same scale at several seeds: does a verdict depend on it?"""

BY_SEED = [pipeline.folder(CONFIG.scale, seed) for seed in CONFIG.seeds]


rule robustness:
    input:
        [
            file
            for folder in BY_SEED
            for file in pipeline.targets(
                {paper: CARDS[paper] for paper in PAPERS}, folder
            )
        ],
    output:
        f"results/robustness-{CONFIG.scale}.csv",
    log:
        f"{FOLDER}/logs/robustness.log",
    localrule: True
    conda:
        "../envs/optclaims.yaml"
    params:
        folders=BY_SEED,
        only=ONLY,
    message:
        "Verdicts over {CONFIG.seeds}; the table is {output}"
    shell:
        "python -m optclaims robustness {params.folders} {params.only} --keep {output} --log {log}"
