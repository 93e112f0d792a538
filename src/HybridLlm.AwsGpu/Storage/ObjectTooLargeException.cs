using static System.FormattableString;

namespace HybridLlm.AwsGpu.Storage;

/// <summary>An object is larger than the reader will take.</summary>
public sealed class ObjectTooLargeException : AwsGpuException
{
    internal ObjectTooLargeException(string key, int limit)
        : base(
            Invariant($"The object {key} has more than {limit} bytes."),
            "Look at who wrote it; a genuine one is smaller."
        ) => Key = key;

    /// <summary>Key of the object.</summary>
    public string Key { get; }
}
