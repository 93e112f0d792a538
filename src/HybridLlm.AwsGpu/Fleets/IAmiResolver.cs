namespace HybridLlm.AwsGpu.Fleets;

/// <summary>Finds the image that nodes boot. Give your own to boot an image you build, or one that no public name leads to.</summary>
public interface IAmiResolver
{
    /// <summary>The newest image of a family.</summary>
    /// <param name="region">Region, e.g. <c>eu-west-1</c>.</param>
    /// <param name="query">The family.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="AmiNotFoundException">The region has none.</exception>
    Task<MachineImage> ResolveAsync(string region, AmiQuery query, CancellationToken cancellationToken = default);
}
