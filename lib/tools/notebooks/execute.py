"""Executes notebooks from top to bottom, each in a fresh kernel, at most two at once.

Standard input: {"kernel": name, "timeout": seconds per cell, "notebooks": [path, ...]} as JSON.
Standard output: one JSON line per notebook as it ends, {"path", "seconds", "notebook"}; when a cell failed
also "cell", its id, and "error".
"""

import asyncio
import json
import os
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

# A kernel inherits standard output. What it prints before its first cell must not end up among the results.
results = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

AT_ONCE = 2

# Gives a promise that the last cell left behind the time to be rejected.
LAST_WORD = "await new Promise((done) => setTimeout(done, 50));"


def errors(cell):
    """What the kernel said was wrong with a cell."""
    failed = [output for output in cell.outputs if output.output_type == "error"]
    return "\n".join(line for output in failed for line in output.traceback)


class Run(NotebookClient):
    """Remembers the cell that it is at."""

    at = None

    async def async_execute_cell(self, cell, cell_index, **rest):
        self.at = cell
        return await super().async_execute_cell(cell, cell_index, **rest)


async def execute(path, kernel, timeout):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    notebook.cells.append(nbformat.v4.new_code_cell(LAST_WORD, id="after-the-last-cell"))
    client = Run(
        notebook,
        kernel_name=kernel,
        timeout=timeout,
        startup_timeout=120,
        # A cell may print a lot: giving up on its output must be an error, not a shorter output.
        iopub_timeout=120,
        raise_on_iopub_timeout=True,
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(path))}},
    )
    result = {"path": path}
    since = time.monotonic()
    try:
        await client.async_execute()
    except CellExecutionError as error:
        result["error"] = errors(client.at) or str(error)
    except CellTimeoutError:
        result["error"] = f"The cell did not end within {timeout} s."
    except DeadKernelError:
        result["error"] = "The kernel died."
    except Exception as error:
        result["error"] = f"{type(error).__name__}: {error}"
    if "error" in result:
        result["cell"] = client.at.id if client.at else "none"
    notebook.cells.pop()
    result |= {"seconds": round(time.monotonic() - since, 1), "notebook": notebook}
    print(json.dumps(result), file=results, flush=True)


async def main():
    job = json.load(sys.stdin)
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(path):
        async with turn:
            await execute(path, job["kernel"], job["timeout"])

    await asyncio.gather(*(one(path) for path in job["notebooks"]))


asyncio.run(main())
