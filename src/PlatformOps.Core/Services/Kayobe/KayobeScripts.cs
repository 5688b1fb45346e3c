using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>The shell scripts that enter Kayobe's environment on the control host and run a command in it. For bash: <c>kayobe-env</c> needs it, and takes what arguments there are for its own.</summary>
internal static class KayobeScripts
{
    /// <summary>Tells what <see cref="KayobeInstallation.Read"/> reads.</summary>
    public const string Installation = """
        printf 'ops-config: %s\n' "$KAYOBE_CONFIG_PATH"
        for folder in "$KAYOBE_CONFIG_PATH/inventory" "$KAYOBE_CONFIG_PATH/environments/$KAYOBE_ENVIRONMENT/inventory"; do
          if [ -d "$folder" ]; then printf 'ops-inventory: %s\n' "$folder"; fi
        done
        exec kayobe --version
        """;

    /// <summary>Takes the vault's password from standard input. What the account or kayobe-env has set goes: Kayobe refuses more than one.</summary>
    public const string VaultFromInput = """
        unset ANSIBLE_VAULT_PASSWORD_FILE
        IFS= read -r KAYOBE_VAULT_PASSWORD || exit
        export KAYOBE_VAULT_PASSWORD
        """;

    /// <summary>As <see cref="VaultFromInput"/>, where <c>--vault-password-file</c> names a file.</summary>
    public const string VaultFromFile = "unset ANSIBLE_VAULT_PASSWORD_FILE KAYOBE_VAULT_PASSWORD";

    /// <summary>Another of ours is still at work: the exit status of the lock.</summary>
    public const int LockedStatus = 75;

    /// <summary>A script that begins by entering the environment. The output has the one form that is read here, whatever the host's configuration says.</summary>
    /// <param name="venv">The virtual environment.</param>
    /// <param name="config">The checkout.</param>
    /// <param name="environment">Of several; null where there is one.</param>
    /// <param name="then">What follows.</param>
    public static string Entering(string venv, string config, string? environment, params string[] then)
    {
        string[] enter = environment is null ? [$"{config}/kayobe-env"] : [$"{config}/kayobe-env", "--environment", environment];
        return string.Join('\n', [
            $". {ShellQuoting.Word($"{venv}/bin/activate")} >&2 || exit",
            $". {string.Join(' ', enter.Select(ShellQuoting.Word))} >&2 || exit",
            "export ANSIBLE_NOCOLOR=1 ANSIBLE_STDOUT_CALLBACK=default",
            "unset ANSIBLE_FORCE_COLOR",
            .. then,
        ]);
    }
}
