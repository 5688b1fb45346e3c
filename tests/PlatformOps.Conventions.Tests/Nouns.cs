namespace PlatformOps.Conventions.Tests;

/// <summary>The nouns of the module. A new one is a decision: it is added here, singular, in the domain's words.</summary>
internal static class Nouns
{
    public static readonly IReadOnlySet<string> All = new HashSet<string>(StringComparer.Ordinal)
    {
        // Session, secrets, lab
        "PlatformOps", "PlatformOpsSession", "OpsSecret", "AnsibleVault", "OpsLab", "OpsLabFault",
        // Runs
        "Runbook", "OpsRun", "OpsStep", "OpsReport", "OpsKillSwitch",
        // Migration, compute
        "MigrationList", "MaintenanceWindow", "ReinstallCandidate", "MigrationStep", "MigrationStatus", "MigrationTicket",
        "Hypervisor", "ComputeService", "HypervisorDrain",
        // Alerts, inventory, tickets
        "Alert", "AlertSilence", "InventoryDevice", "InventoryJournalEntry", "Ticket", "TicketComment", "TicketStatus",
        // Remote, Kayobe, Aquilon, BMC
        "RemoteCommand", "RemoteHost", "RemoteHostFact", "RemoteRootAccess", "RemotePackage", "HypervisorStorage", "RemoteHostKey",
        "KayobePlaybook", "KayobeCommand", "AquilonHost", "AquilonRecord", "AquilonInterface", "AquilonDisk", "AquilonBoot", "BmcSystem", "BmcBootDevice",
        // Platforms
        "PlatformVM", "PlatformCheckpoint", "PlatformVMTag", "PlatformHost", "PlatformHostMaintenance", "PlatformSummary",
        "DoraEnvironment", "DoraHypervisor", "DoraVM",
        // Chaos, fleet
        "ChaosTemplate", "ChaosExperiment", "ChaosJournal", "ChaosReport", "ChaosSchedule", "FleetHost", "FleetMessage", "FleetHostShutdown",
        // Lifecycle, rollout
        "GoldenImage", "ManagedVM", "ClusterPlacement", "CloudEvent", "Rollout", "OpenShiftTemplate", "OpenShiftObject", "AnsiblePlaybook",
    };
}
