#!/usr/bin/env bash
# Runs the rehearsal, and with it Core and the lab, on the .NET 8 runtime: the SDK here is newer and would hide what 8 lacks.
# Exit code 3: the runtime's packages cannot be had here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "Left out: these packages are for Linux x86_64."; exit 3; }
dotnet restore tests/runtime8/Runtime8.csproj --nologo -v:q >artifacts/runtime8.log 2>&1 || { echo "Left out: no package source has the .NET 8 runtime."; exit 3; }
version=$(dotnet msbuild tests/runtime8/Runtime8.csproj -nologo -getProperty:Runtime8)
packages=artifacts/runtime8/packages
root=artifacts/runtime8/dotnet
rm -rf "$root"
for framework in netcore aspnetcore; do
    name=$([ "$framework" = netcore ] && echo Microsoft.NETCore.App || echo Microsoft.AspNetCore.App)
    from="$packages/microsoft.$framework.app.runtime.linux-x64/$version/runtimes/linux-x64"
    mkdir -p "$root/shared/$name/$version"
    find "$from/lib/net8.0" "$from/native" -maxdepth 1 -type f -exec cp -t "$root/shared/$name/$version" {} + 2>/dev/null || true
done
mkdir -p "$root/host/fxr/$version"
mv "$root/shared/Microsoft.NETCore.App/$version/libhostfxr.so" "$root/host/fxr/$version/"
cp "$(readlink -f "$(command -v dotnet)")" "$root/dotnet"
DOTNET_ROOT="$PWD/$root" "$root/dotnet" --list-runtimes
DOTNET_ROOT="$PWD/$root" "$root/dotnet" artifacts/bin/PlatformOps.Runner/debug/PlatformOps.Runner.dll rehearse --hypervisors 6
