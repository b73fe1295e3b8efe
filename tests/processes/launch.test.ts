/** What launchers tell, and what openMpi says where MPI cannot be had. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Launch, launchOf, libraryName } from "../../src/processes/launch.js";
import { openMpi } from "../../src/processes/mpi.js";

describe("launchOf", () => {
  const cases: [what: string, environment: Record<string, string>, launch: Launch | null][] = [
    ["by itself", { HOME: "/root", SLURM_JOB_ID: "7" }, null],
    [
      "by Open MPI",
      {
        OMPI_COMM_WORLD_RANK: "2",
        OMPI_COMM_WORLD_SIZE: "4",
        OMPI_COMM_WORLD_LOCAL_SIZE: "2",
        PMIX_RANK: "2",
      },
      { rank: 2, size: 4, onHost: 2, mpi: "Open MPI" },
    ],
    [
      "by MPICH",
      { PMI_RANK: "0", PMI_SIZE: "3", MPI_LOCALNRANKS: "3" },
      { rank: 0, size: 3, onHost: 3, mpi: "MPICH" },
    ],
    [
      "by Slurm's pmi2",
      { PMI_RANK: "1", PMI_SIZE: "2", SLURM_STEP_NUM_TASKS: "2" },
      { rank: 1, size: 2, onHost: null, mpi: "MPICH" },
    ],
    [
      "by Slurm with PMIx",
      { PMIX_RANK: "5", SLURM_STEP_NUM_TASKS: "8", SLURM_LOCALID: "1" },
      { rank: 5, size: 8, onHost: null, mpi: null },
    ],
    // A batch script's own shell has the job's variables, and is no process of a step.
    ["in a batch script of Slurm", { SLURM_STEP_NUM_TASKS: "8", SLURM_PROCID: "0" }, null],
    ["by what tells no size", { OMPI_COMM_WORLD_RANK: "1" }, null],
    ["by what tells no numbers", { PMI_RANK: "first", PMI_SIZE: "2" }, null],
    ["by what tells less than none", { PMI_RANK: "-1", PMI_SIZE: "2" }, null],
    [
      "by what tells no number on this host",
      { OMPI_COMM_WORLD_RANK: "0", OMPI_COMM_WORLD_SIZE: "2", OMPI_COMM_WORLD_LOCAL_SIZE: "" },
      { rank: 0, size: 2, onHost: null, mpi: "Open MPI" },
    ],
  ];
  for (const [what, environment, launch] of cases) {
    test(what, () => assert.deepEqual(launchOf(environment), launch));
  }
});

describe("openMpi says what is missing", () => {
  test("a library that is named and not there", async () => {
    await assert.rejects(openMpi({ library: "/nowhere/libmpi.so" }), {
      name: "InputError",
      message:
        'MPI: expected an MPI library: Open MPI or MPICH but received "none of /nowhere/libmpi.so". ' +
        "Install it (Debian: openmpi-bin or mpich), or name its file in CELLSTATE_MPI_LIBRARY.",
    });
  });

  test("one that the environment names, which an option goes before", async () => {
    process.env["CELLSTATE_MPI_LIBRARY"] = "/elsewhere";
    try {
      await assert.rejects(openMpi(), /none of \/elsewhere"/);
      await assert.rejects(openMpi({ library: "/nowhere" }), /none of \/nowhere"/);
    } finally {
      delete process.env["CELLSTATE_MPI_LIBRARY"];
    }
  });

  test("a library that is no MPI", {
    skip: process.platform !== "linux" && "libm.so.6 is Linux's",
  }, async () => {
    await assert.rejects(openMpi({ library: "libm.so.6" }), {
      name: "InputError",
      message: /^MPI: expected an MPI library: Open MPI or MPICH but received "none of libm\.so\.6"/,
    });
  });
});

test("libraries by name and version", () => {
  const debian = "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022\0";
  assert.equal(libraryName(debian), "Open MPI v4.1.4");
  assert.equal(
    libraryName("MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n"),
    "MPICH 4.0.2",
  );
  assert.equal(
    libraryName("Intel(R) MPI Library 2021.10 for Linux* OS\n"),
    "Intel(R) MPI Library 2021.10 for Linux* OS",
  );
});
