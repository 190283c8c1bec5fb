"""Write the embeddings of a list of clips by the network of one experiment and seed."""

from pathlib import Path

from foa360.core.jobs import job
from foa360.stages.embeddings.stage import EmbeddingFiles, write_embeddings

name = " ".join([snakemake.rule, *snakemake.wildcards])
with job(Path(snakemake.log[0]), name) as progress:
    write_embeddings(
        EmbeddingFiles(
            shards=[Path(path) for path in snakemake.input.shards],
            clips=Path(snakemake.input.clips),
            model=Path(snakemake.input.model),
            output=Path(snakemake.output.embeddings),
        ),
        progress,
    )
