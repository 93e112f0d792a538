using System.Security.Cryptography.X509Certificates;

namespace HybridLlm.Testing.Kubernetes.Access;

/// <summary>Whom the server takes a caller for.</summary>
/// <param name="Name">User name, e.g. a certificate's common name.</param>
/// <param name="Groups">Groups, among them those the server adds itself.</param>
internal sealed record ClusterUser(string Name, IReadOnlyList<string> Groups)
{
    public const string Masters = "system:masters";
    public const string Authenticated = "system:authenticated";
    public const string Unauthenticated = "system:unauthenticated";

    public static ClusterUser Anonymous { get; } = new("system:anonymous", [Unauthenticated]);

    /// <summary>Groups of <see cref="Masters"/> may do everything, whatever the rules say.</summary>
    public bool IsMaster => Groups.Contains(Masters);

    public static ClusterUser Of(string name, IEnumerable<string> groups) =>
        new(name, [.. groups.Append(Authenticated).Distinct()]);

    /// <summary>A client certificate's common name and organisations.</summary>
    public static ClusterUser Of(X509Certificate2 certificate)
    {
        var name = "";
        List<string> groups = [];
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            switch (part.GetSingleElementType().Value)
            {
                case "2.5.4.3":
                    name = part.GetSingleElementValue() ?? "";
                    break;
                case "2.5.4.10":
                    groups.Add(part.GetSingleElementValue() ?? "");
                    break;
            }
        }

        return Of(name, groups);
    }
}
