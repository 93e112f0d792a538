using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>What a consumer needs to call a provider's API server.</summary>
internal static class AuthParams
{
    /// <param name="provider">The provider.</param>
    /// <param name="certificate">The consumer's certificate, base64 of PEM.</param>
    /// <param name="tenant">The consumer, who says whether it calls through a proxy.</param>
    public static JsonObject Of(LiqoContext provider, string certificate, JsonObject? tenant)
    {
        JsonObject given = new()
        {
            ["apiServer"] = provider.ApiServer,
            ["ca"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(provider.State.Authorities.ServerAuthorityPem)),
            ["signedCRT"] = certificate,
        };
        if (tenant.TextAt("spec", "proxyURL") is { Length: > 0 } proxy)
        {
            given["proxyURL"] = proxy;
        }

        return given;
    }
}
