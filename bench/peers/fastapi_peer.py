"""A Keras model behind FastAPI and uvicorn, as the Open Inference Protocol has it: fastapi_peer.py MODEL.keras PORT.

predict_on_batch is compiled, and the fastest that Keras offers for one row; it runs in FastAPI's threads, so that others are read
meanwhile, and one at a time: two at once fail on JAX. The body is read without models of pydantic's, which would take longer."""
import sys
import threading

import keras
import numpy as np
import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

model = keras.models.load_model(sys.argv[1], compile=False)
shape = [1, *model.input_shape[1:]]
for _ in range(3):
    model.predict_on_batch(np.zeros(shape, "float32"))
app = FastAPI()
one_at_a_time = threading.Lock()


@app.get("/v2/health/ready")
def ready():
    return {"ready": True, "backend": f"Keras {keras.__version__} on {keras.backend.backend()}"}


def answer(tensor):
    x = np.asarray(tensor["data"], "float32").reshape(tensor["shape"])
    with one_at_a_time:
        out = np.asarray(model.predict_on_batch(x))
    return {"name": "output", "shape": list(out.shape), "datatype": "FP32", "data": out.ravel().tolist()}


@app.post("/v2/models/flagship/infer")
async def infer(request: Request):
    body = await request.json()
    output = await run_in_threadpool(answer, body["inputs"][0])
    return JSONResponse({"model_name": "flagship", "outputs": [output]})


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
