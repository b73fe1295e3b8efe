"""PyTorch's flagship in several processes, each on its part of a batch: MODE BATCHES STEPS, prints ms of each step as JSON.

ddp     torch.distributed with gloo: RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT in the environment
mpi4py  all gradients in one buffer, one Allreduce
alone   one process
"""
import json
import os
import sys
import time

import torch

from torch_peer import LENGTH, VOCABULARY, Flagship

WARM = 3
mode, batches, steps = sys.argv[1], [int(b) for b in sys.argv[2].split(",")], int(sys.argv[3])
torch.set_num_threads(1)
torch.set_flush_denormal(True)
if mode == "ddp":
    torch.distributed.init_process_group("gloo")
    rank, size = torch.distributed.get_rank(), torch.distributed.get_world_size()
elif mode == "mpi4py":
    from mpi4py import MPI

    rank, size = MPI.COMM_WORLD.rank, MPI.COMM_WORLD.size
else:
    rank, size = 0, 1


def add_up(model):
    gradients = [p.grad for p in model.parameters()]
    flat = torch.cat([g.reshape(-1) for g in gradients])
    MPI.COMM_WORLD.Allreduce(MPI.IN_PLACE, flat.numpy())
    flat /= size
    for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients])):
        gradient.copy_(part.view_as(gradient))


def measure(batch):
    torch.manual_seed(1)
    model = Flagship(16, 32)
    trained = torch.nn.parallel.DistributedDataParallel(model) if mode == "ddp" else model
    rows = batch // size
    x = torch.randint(1, VOCABULARY, (steps + WARM, rows, LENGTH))
    y = (torch.arange(rows) % 2).float()
    optimizer = torch.optim.Adam(model.parameters())
    loss = torch.nn.BCEWithLogitsLoss()
    times = []
    for step in range(steps + WARM):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss(trained(x[step]), y).backward()
        if mode == "mpi4py":
            add_up(model)
        optimizer.step()
        times.append((time.perf_counter() - start) * 1000)
    return {"ms": times[WARM:], "transferMs": [0] * steps, "received": 0}


measured = {"steps": {batch: measure(batch) for batch in batches}, "transfers": []}
if rank == 0:
    print(json.dumps(measured), flush=True)
if mode == "ddp":
    torch.distributed.destroy_process_group()
