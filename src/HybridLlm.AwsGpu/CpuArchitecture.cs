namespace HybridLlm.AwsGpu;

/// <summary>Processor architecture of instance types and machine images.</summary>
public enum CpuArchitecture
{
    /// <summary>64-bit x86, <c>x86_64</c> to EC2.</summary>
    X64,

    /// <summary>64-bit ARM (Graviton), <c>arm64</c> to EC2.</summary>
    Arm64,
}
