namespace HybridLlm.Liqo.Diagnosis;

/// <summary>Where a provider tells consumers that its API server is, and whether its certificate holds for that.</summary>
internal static class ApiServerFindings
{
    public static IEnumerable<PreflightFinding> Of(ClusterSurvey provider)
    {
        if (provider.Arguments is null)
        {
            yield return PreflightJudge.Unseen(
                PreflightCheck.ApiServer,
                provider.Side,
                "where consumers are told that the API server is"
            );
            yield break;
        }

        if (provider.ApiServer is not { } told)
        {
            yield return PreflightJudge.Warn(
                PreflightCheck.ApiServer,
                provider.Side,
                "It tells no address of its API server and takes its node's, which a consumer behind a mesh or NAT does not reach.",
                "Install Liqo there with apiServer.address, such as the Nebula address."
            );
            yield break;
        }

        var host = told.Host.Trim('[', ']');
        yield return provider.CertificateNames switch
        {
            null => PreflightJudge.Warn(
                PreflightCheck.ApiServer,
                provider.Side,
                $"Its certificate could not be read, so whether it holds for {host} is not known.",
                "Look whether the API server's certificate names that host (k3s: --tls-san)."
            ),
            var names when names.Any(n => Covers(n, host)) => PreflightJudge.Pass(
                PreflightCheck.ApiServer,
                provider.Side,
                $"It tells {told.Authority}, for which its certificate holds."
            ),
            var names => PreflightJudge.Fail(
                PreflightCheck.ApiServer,
                provider.Side,
                $"It tells {told.Authority}, and its certificate holds for {string.Join(", ", names)} only.",
                $"Start its API server with that name (k3s: --tls-san {host})."
            ),
        };
    }

    private static bool Covers(string name, string host) =>
        name.Equals(host, StringComparison.OrdinalIgnoreCase)
        || (
            name.StartsWith("*.", StringComparison.Ordinal)
            && host.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            && host[dot..].Equals(name[1..], StringComparison.OrdinalIgnoreCase)
        );
}
