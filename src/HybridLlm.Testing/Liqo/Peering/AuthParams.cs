using System.Text;
using System.Text.Json.Nodes;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>What a consumer needs to call a provider's API server.</summary>
internal static class AuthParams
{
    public static JsonObject Of(LiqoContext provider, string certificate) =>
        new()
        {
            ["apiServer"] = provider.ApiServer,
            ["ca"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(provider.State.Authorities.ServerAuthorityPem)),
            ["signedCRT"] = certificate,
        };
}
