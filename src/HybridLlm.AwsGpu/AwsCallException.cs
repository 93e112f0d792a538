namespace HybridLlm.AwsGpu;

/// <summary>AWS refused a call or did not answer.</summary>
public sealed class AwsCallException : AwsGpuException
{
    internal AwsCallException(
        string operation,
        string code,
        AwsErrorKind kind,
        string reason,
        string remedy,
        Exception cause
    )
        : base($"{operation}: {code}: {reason.TrimEnd('.')}.", remedy, cause)
    {
        Operation = operation;
        Code = code;
        Kind = kind;
    }

    /// <summary>The API action, e.g. <c>CreateVpc</c>.</summary>
    public string Operation { get; }

    /// <summary>AWS's error code, e.g. <c>VpcLimitExceeded</c>; the exception's type name when no answer came.</summary>
    public string Code { get; }

    /// <summary>What the code means.</summary>
    public AwsErrorKind Kind { get; }

    /// <summary>What else would be refused for the same reason.</summary>
    public AwsErrorScope Scope => Ec2.AwsErrorCodes.RuleOf(Code).Scope;
}
