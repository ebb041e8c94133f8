"""What only the real packages can show: installed in a clean system, started, used, upgraded,
removed. Too slow for the suite; `make package-test` runs it on what `make package` made.
"""
