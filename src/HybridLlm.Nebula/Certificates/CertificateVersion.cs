namespace HybridLlm.Nebula.Certificates;

/// <summary>Format of a certificate.</summary>
public enum CertificateVersion
{
    /// <summary>Protobuf, one IPv4 network. Every Nebula release reads it.</summary>
    V1 = 1,

    /// <summary>DER, several IPv4 and IPv6 networks. Needs Nebula 1.10 on every node that meets it.</summary>
    V2 = 2,
}
