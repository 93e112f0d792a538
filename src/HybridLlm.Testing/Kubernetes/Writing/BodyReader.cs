using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>Reads an object from a request's body and checks that it is of the kind the path names.</summary>
internal static class BodyReader
{
    public static JsonObject ReadObject(ApiCall call)
    {
        var (body, kind) = (call.Body, call.Kind.Kind);
        var o =
            KubeJson.TryParse(body)
            ?? throw ApiFailure.BadRequest(
                $"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; "
                    + $"json parse error: invalid JSON ({Encoding.UTF8.GetString(body)})"
            );
        CheckKind(o, body, call.Kind);
        CheckPlace(o, call);
        return o;
    }

    /// <summary>The object's place must be the one in the path; what it leaves out is filled in.</summary>
    public static void CheckPlace(JsonObject o, ApiCall call)
    {
        if (call.Kind.IsNamespaced)
        {
            if (o.Namespace().Length > 0 && o.Namespace() != call.Target.Namespace)
            {
                throw ApiFailure.BadRequest(
                    "the namespace of the provided object does not match the namespace sent on the request"
                );
            }

            o.Metadata()["namespace"] = call.Target.Namespace;
        }
        else
        {
            o.Metadata().Remove("namespace");
        }

        if (call.Target.Name.Length == 0)
        {
            return;
        }

        if (o.Name().Length > 0 && o.Name() != call.Target.Name)
        {
            throw ApiFailure.BadRequest(
                $"the name of the object ({o.Name()}) does not match the name on the URL ({call.Target.Name})"
            );
        }

        o.Metadata()["name"] = call.Target.Name;
    }

    private static void CheckKind(JsonObject o, byte[] body, ResourceKind served)
    {
        var (kind, apiVersion) = (served.Kind, served.ApiVersion);
        var (saidKind, saidVersion) = (o.TextAt("kind") ?? "", o.TextAt("apiVersion") ?? "");
        if (served.IsCustom)
        {
            CheckCustomKind(o, body, served, saidKind, saidVersion);
        }
        else if (saidKind.Length > 0 && saidKind != kind)
        {
            throw ApiFailure.BadRequest(
                $"{saidKind} in version \"{Version(saidVersion)}\" cannot be handled as a {kind}: "
                    + $"converting ({Version(saidVersion)}.{saidKind}) to (core.{kind}): unknown conversion"
            );
        }
        else if (saidVersion.Length > 0 && saidVersion != apiVersion)
        {
            throw ApiFailure.BadRequest(
                $"{kind} in version \"{Version(saidVersion)}\" cannot be handled as a {kind}: "
                    + $"no kind \"{kind}\" is registered for version \"{saidVersion}\" in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
            );
        }

        o["kind"] = kind;
        o["apiVersion"] = apiVersion;
    }

    // Custom resources are not typed, so nothing is filled in for the client.
    private static void CheckCustomKind(JsonObject o, byte[] body, ResourceKind served, string kind, string version)
    {
        if (kind.Length == 0)
        {
            throw ApiFailure.BadRequest(
                $"{served.Kind} in version \"{served.Version}\" cannot be handled as a {served.Kind}: "
                    + $"unmarshalerDecoder: Object 'Kind' is missing in '{Encoding.UTF8.GetString(body)}'"
            );
        }

        if (version != served.ApiVersion)
        {
            throw ApiFailure.BadRequest(
                $"the API version in the data ({version}) does not match the expected API version ({served.ApiVersion})"
            );
        }

        if (kind != served.Kind)
        {
            throw ApiFailure.Invalid(
                served.Group,
                kind,
                o.Name(),
                [FieldFault.InvalidText("kind", kind, $"must be {served.Kind}")]
            );
        }
    }

    private static string Version(string apiVersion) =>
        apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
