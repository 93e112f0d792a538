namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Something that happened to one resource during a teardown.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="BlockedBy">AWS's error code when it cannot go yet, e.g. <c>DependencyViolation</c>; null when it was deleted.</param>
public sealed record TeardownEvent(OwnedResource Resource, string? BlockedBy);
