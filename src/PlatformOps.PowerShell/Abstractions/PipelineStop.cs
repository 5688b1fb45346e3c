using System.Management.Automation;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The exceptions by which PowerShell ends a pipeline. They pass through everything: never reported, never swallowed.</summary>
internal static class PipelineStop
{
    public static bool Is(Exception e) => e is PipelineStoppedException or FlowControlException or ActionPreferenceStopException;
}
