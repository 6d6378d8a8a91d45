"""Runs a notebook's cells in a kernel, and writes the notebook with their outputs to stdout: execute-notebook.py FILE KERNEL

Every cell must end with a value. Deno's kernel may say that it is idle before it sends that (seen with 2.9.6); `jupyter execute` then
leaves it out. So this waits for both.
"""

import json
import sys

from jupyter_client.manager import start_new_kernel

TIMEOUT = 60

file, kernel = sys.argv[1:]
with open(file, encoding="utf-8") as text:
    notebook = json.load(text)
manager, client = start_new_kernel(kernel_name=kernel, startup_timeout=TIMEOUT)


def execute(source):
    """The outputs of a cell, as a notebook holds them."""
    request = client.execute(source)
    outputs, idle = [], False
    while not (idle and outputs):
        message = client.get_iopub_msg(timeout=TIMEOUT)
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != request:
            continue
        if kind == "status":
            idle = content["execution_state"] == "idle"
        elif kind in ("execute_result", "display_data"):
            lines = {mime: text.splitlines(True) for mime, text in content["data"].items()}
            outputs.append({**content, "data": lines, "output_type": kind})
        elif kind in ("stream", "error"):
            outputs.append({**content, "output_type": kind})
    return outputs


try:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = execute("".join(cell["source"]))
            cell["execution_count"] = cell["outputs"][0].get("execution_count")
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
json.dump(notebook, sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
print()
