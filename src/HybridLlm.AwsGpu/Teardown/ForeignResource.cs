namespace HybridLlm.AwsGpu.Teardown;

/// <summary>Something that looks like the cluster's but is another owner's. It is shown and never touched.</summary>
/// <param name="Id">AWS's id, or a bucket's name.</param>
/// <param name="Region">Region it is in.</param>
/// <param name="Why">What makes it look like the cluster's, in words.</param>
public sealed record ForeignResource(string Id, string Region, string Why);
