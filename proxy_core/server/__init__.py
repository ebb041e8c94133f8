"""HTTP in: the front door, the routes, and what each family of routes does.

Every request comes in at `front`, which finds its route (`routes`) and hands it to the family's
module: `translated` for dialects, `native` for Gemini's own calls, `vertex_paths` for the same in
Vertex AI's form, `native_resources`, `native_lists` and `uploads` for what a project keeps, `live`
for sessions, `model_lists` and `kept_responses`. Pollux's own routes are in `admin`.
"""
