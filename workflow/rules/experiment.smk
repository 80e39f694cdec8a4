"""One rule for each experiment of each card, one more for the points of each sweep, one target for each paper."""

for paper, card in CARDS.items():
    for name, experiment in card.experiments.items():
        # Bound now: a lambda would see the last card of the loop in every job.
        bound = dict(paper=paper, name=name, experiment=experiment)
        files = pipeline.results(paper, name, experiment, "results/{scale}")
        logs = f"results/{{scale}}/logs/{paper}/{name}"

        rule:
            name:
                f"{paper}__{name}"
            input:
                notebook=f"notebooks/{paper}/{name}.py",
                runner="workflow/scripts/run_notebook.py",
                modules=DEPENDENCIES[paper, name],
                data=partial(pipeline.read_files, experiment=experiment, cards=CARDS),
                points=(
                    partial(pipeline.points, **bound)
                    if CONFIG.split and experiment.sweep
                    else []
                ),
            output:
                **in_report(files, card, experiment),
            log:
                f"{logs}.log",
            benchmark:
                f"{logs}.tsv"
            wildcard_constraints:
                scale=pipeline.scale_pattern(experiment),
            priority: pipeline.priority(paper, name, experiment, FOLDER)  # long ones first, so that no core idles at the end
            conda:
                "../envs/optclaims.yaml"
            threads: 1
            resources:
                mem_mb=partial(pipeline.memory, megabytes=experiment.memory_mb),
                runtime=partial(pipeline.runtime, experiment=experiment),
            params:
                job=partial(pipeline.job, instructions=CONFIG.instructions, **bound),
                out=f"results/{{scale}}/{paper}/{name}",
                gather="--gather" if CONFIG.split and experiment.sweep else "",
            message:
                f"{{PLACES[{paper}__{name}]}}{paper}/{name} at scale {{wildcards.scale}}"
            shell:
                "python {input.runner} --notebook {input.notebook} --job {params.job:q}"
                " --out {params.out} --log {log} --minutes {resources.runtime} {params.gather}"

        if experiment.sweep:

            rule:
                name:
                    f"{paper}__{name}__point"
                input:
                    notebook=f"notebooks/{paper}/{name}.py",
                    runner="workflow/scripts/run_notebook.py",
                    modules=DEPENDENCIES[paper, name],
                    data=partial(
                        pipeline.read_files, experiment=experiment, cards=CARDS
                    ),
                output:
                    f"results/{{scale}}/{paper}/{name}/points/{{point}}.csv",
                log:
                    f"{logs}.{{point}}.log",
                wildcard_constraints:
                    scale=pipeline.scale_pattern(experiment),
                conda:
                    "../envs/optclaims.yaml"
                threads: 1
                resources:
                    mem_mb=partial(pipeline.memory, megabytes=experiment.memory_mb),
                    runtime=partial(pipeline.runtime, experiment=experiment),
                params:
                    job=partial(pipeline.job, instructions=CONFIG.instructions, **bound),
                    out=f"results/{{scale}}/{paper}/{name}",
                message:
                    f"{paper}/{name} at scale {{wildcards.scale}}, point {{wildcards.point}}"
                shell:
                    "python {input.runner} --notebook {input.notebook} --job {params.job:q}"
                    " --out {params.out} --log {log} --minutes {resources.runtime} --point {wildcards.point:q}"

    rule:
        name:
            paper
        input:
            pipeline.targets({paper: card}, FOLDER),
        log:
            f"{FOLDER}/logs/{paper}/verify.log",
        localrule: True
        conda:
            "../envs/optclaims.yaml"
        params:
            folder=FOLDER,
            only=pipeline.papers_in([paper]),
        message:
            f"Verdicts of {paper}; the report is {INDEX}"
        shell:
            "python -m optclaims report {params.folder} > {log} 2>&1"
            " && python -m optclaims verify {params.folder} {params.only} --log {log}"
