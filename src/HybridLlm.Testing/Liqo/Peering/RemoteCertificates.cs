using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Controllers;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Liqo.Peering;

/// <summary>Certificates a provider gives its consumers: one a request, kept in a Secret beside the Tenant.</summary>
internal sealed class RemoteCertificates(LiqoContext context)
{
    private const string Api = "certificates.k8s.io/v1";

    /// <summary>The certificate for a request; null while it is being signed.</summary>
    /// <param name="ns">Tenant namespace.</param>
    /// <param name="secretName">Where it is kept.</param>
    /// <param name="request">The request as the custom resource holds it: base64 of PEM.</param>
    /// <param name="consumerId">Whose it is.</param>
    /// <exception cref="RequestChangedException">Another request is kept there.</exception>
    public string? Issue(string ns, string secretName, string request, string consumerId)
    {
        if (context.Client.Find("v1", "Secret", ns, secretName) is { } kept)
        {
            return kept.TextAt("data", "csr") == request
                ? kept.TextAt("data", "certificate")
                : throw new RequestChangedException();
        }

        var signing = context
            .Client.List(Api, "CertificateSigningRequest")
            .FirstOrDefault(r =>
                r.Label("liqo.io/remote-tenant-csr") == "true" && r.TextAt("spec", "request") == request
            );
        if (signing is null)
        {
            Approve(context.Client.Create(New(request)));
            return null;
        }

        if (signing.TextAt("status", "certificate") is not { } certificate)
        {
            return null;
        }

        var secret = LiqoContext.New(
            "v1",
            "Secret",
            ns,
            secretName,
            (LiqoNames.Managed, "true"),
            (LiqoNames.RemoteId, consumerId)
        );
        secret["data"] = new JsonObject { ["csr"] = request, ["certificate"] = certificate };
        context.Client.Create(secret);
        return certificate;
    }

    private static JsonObject New(string request) =>
        new()
        {
            ["apiVersion"] = Api,
            ["kind"] = "CertificateSigningRequest",
            ["metadata"] = new JsonObject
            {
                ["generateName"] = "liqo-identity-",
                ["labels"] = new JsonObject { ["liqo.io/remote-tenant-csr"] = "true" },
            },
            ["spec"] = new JsonObject
            {
                ["request"] = request,
                ["signerName"] = "kubernetes.io/kube-apiserver-client",
                ["usages"] = new JsonArray("digital signature", "key encipherment", "client auth"),
            },
        };

    private void Approve(JsonObject request)
    {
        Conditions.Set(
            request.Make("status"),
            "Approved",
            true,
            "IdentityManagerApproval",
            "This CSR was approved by Liqo Identity Manager",
            context.NowText
        );
        context.Client.Update(request, "approval");
    }
}

/// <summary>The consumer asks with another request than the one its certificate was given for.</summary>
internal sealed class RequestChangedException() : Exception("the stored and the provided CSR do not match");
