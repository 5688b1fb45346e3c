#!/usr/bin/env bash
# PowerShell at a real terminal. Ends with 3 where something that it needs is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for tool in pwsh python3; do
    command -v "$tool" >/dev/null 2>&1 || { echo "Left out: no $tool here."; exit 3; }
done
manifest=$(ls -d "$PWD"/artifacts/module/PlatformOps/*/PlatformOps.psd1 | tail -n 1)
exec python3 tests/terminal/ctrl_c.py "$manifest"
