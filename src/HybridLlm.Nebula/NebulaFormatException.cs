namespace HybridLlm.Nebula;

/// <summary>Text or bytes are not what they should be: a certificate, a key, a PEM file, a configuration.</summary>
public sealed class NebulaFormatException : NebulaException
{
    internal NebulaFormatException(string code, string message, string remedy, Exception? cause = null)
        : base(new NebulaFault(code, message, remedy), cause) { }
}
