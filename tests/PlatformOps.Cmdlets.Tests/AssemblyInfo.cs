// Cmdlets are tested in their pipeline; what counts objects and time must not share the machine with its neighbours.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
