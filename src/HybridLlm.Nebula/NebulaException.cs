namespace HybridLlm.Nebula;

/// <summary>Base of what this package throws about meshes, certificates, keys and configurations.</summary>
public class NebulaException : Exception
{
    internal NebulaException(NebulaFault fault, Exception? cause = null)
        : base(fault.ToString(), cause)
    {
        Code = fault.Code;
        Remedy = fault.Remedy;
    }

    internal NebulaException(string message, string code, string remedy)
        : base(message)
    {
        Code = code;
        Remedy = remedy;
    }

    /// <summary>Stable name of the error, e.g. <c>key-encrypted</c>; docs/errors.md lists them.</summary>
    public string Code { get; }

    /// <summary>What the operator can do, one sentence.</summary>
    public string Remedy { get; }
}
