namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Something a teardown could not remove in its time.</summary>
/// <param name="Resource">The resource, with what it goes on costing.</param>
/// <param name="Reason">AWS's last error code; null when it was accepted for deletion but is still there.</param>
public sealed record RemainingResource(OwnedResource Resource, string? Reason);
