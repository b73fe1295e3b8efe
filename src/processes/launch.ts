/** What the launcher of several processes (mpirun, mpiexec, srun) tells each of them by its environment. */

/** A process among those that were started together. */
export interface Launch {
  readonly rank: number;
  readonly size: number;
  /** How many of them are on this host; null where the launcher does not say. */
  readonly onHost: number | null;
  /** Whose MPI started it, as far as that shows. */
  readonly mpi: "Open MPI" | "MPICH" | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How this process was started: null where it was started by itself.
 * Open MPI: OMPI_COMM_WORLD_…; MPICH, Intel MPI and Slurm's pmi2: PMI_…; Slurm with PMIx: PMIX_RANK and SLURM_….
 */
export function launchOf(environment: Environment): Launch | null {
  const number = (name: string): number | null => {
    const text = environment[name];
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
  };
  const launch = (rank: string, size: string, onHost: string | null, mpi: Launch["mpi"]): Launch | null => {
    const [r, s] = [number(rank), number(size)];
    return r === null || s === null
      ? null
      : { rank: r, size: s, onHost: onHost === null ? null : number(onHost), mpi };
  };
  return (
    launch("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", "Open MPI") ??
    launch("PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS", "MPICH") ??
    launch("PMIX_RANK", "SLURM_STEP_NUM_TASKS", null, null)
  );
}

/** "Open MPI v4.1.4" of "Open MPI v4.1.4, package: …"; "MPICH 4.0.2" of "MPICH Version:\t4.0.2\nMPICH …". */
export const libraryName = (version: string): string =>
  version
    .split(/[\n\0,]/)[0]!
    .replace(/\s*Version\s*:?\s*/, " ")
    .trim();
