using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Defaults;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;
using HybridLlm.Testing.Kubernetes.Schemas;
using HybridLlm.Testing.Kubernetes.Serving;

namespace HybridLlm.Testing.Kubernetes.Writing;

/// <summary>Fills in what the server fills in, and judges the result.</summary>
internal sealed class ObjectShaping(ClusterState cluster)
{
    public void Shape(JsonObject o, ApiCall call)
    {
        if (call.Kind.Schema is { } schema)
        {
            SchemaShaping.Shape(schema, o);
            return;
        }

        BuiltInRules.CheckTypes(o, call.Kind);
        BuiltInDefaults.Apply(o, call.Kind);
        switch (call.Kind.Kind)
        {
            case "Service":
                AllocateAddress(o);
                break;
            case "CertificateSigningRequest":
                NameRequester(o, call);
                break;
            case "Node" when call.Target.Verb == "create":
                TaintNewNode(o);
                break;
        }
    }

    /// <exception cref="ApiFailure">422 with every fault.</exception>
    public static void Judge(JsonObject o, JsonObject? before, ResourceKind kind)
    {
        List<FieldFault> faults = [.. MetadataRules.Judge(o, kind)];
        faults.AddRange(
            kind.Schema is { } schema ? SchemaValidation.Judge(schema, o, before) : BuiltInRules.Judge(o, kind)
        );
        if (before is not null)
        {
            faults.AddRange(MetadataRules.JudgeUpdate(before, o));
            faults.AddRange(kind.IsCustom ? [] : BuiltInRules.JudgeUpdate(before, o, kind));
        }

        if (faults.Count > 0)
        {
            throw ApiFailure.Invalid(kind, o.Name(), faults);
        }
    }

    private void AllocateAddress(JsonObject service)
    {
        var spec = service.Make("spec");
        if (spec.TextAt("type") == "ExternalName")
        {
            return;
        }

        spec.SetIfAbsent("clusterIP", FreeAddress());
        spec["clusterIPs"] = new JsonArray(spec.TextAt("clusterIP"));
    }

    private string FreeAddress()
    {
        var taken = cluster
            .Store.List("services")!
            .Objects.Select(s => s.Root.GetProperty("spec"))
            .Select(s => s.TryGetProperty("clusterIP", out var ip) ? ip.GetString() : null)
            .ToHashSet();
        var range = IPNetwork.Parse(cluster.Options.ServiceCidr);
        var octets = range.BaseAddress.GetAddressBytes();

        // The first ten stay free for services that want a certain address, such as DNS.
        for (var i = 10; i < 65_000; i++)
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"{octets[0]}.{octets[1]}.{i >> 8}.{i & 255}");
            if (!taken.Contains(address))
            {
                return address;
            }
        }

        throw new ApiFailure(500, "InternalError", "failed to allocate a serviceIP: range is full");
    }

    // Who asks for a certificate is the server's to say.
    private static void NameRequester(JsonObject request, ApiCall call)
    {
        if (call.Target.Verb == "create")
        {
            request.Make("spec")["username"] = call.User.Name;
            request.Make("spec")["groups"] = call.User.Groups.ToList();
        }
    }

    // Nobody is scheduled on a node before its kubelet has said that it is ready.
    private static void TaintNewNode(JsonObject node)
    {
        var spec = node.Make("spec");
        if (spec.ObjectsAt("taints").Any(t => t.TextAt("key") == "node.kubernetes.io/not-ready"))
        {
            return;
        }

        if (spec.ListAt("taints") is not { } taints)
        {
            spec["taints"] = taints = [];
        }

        JsonNode taint = new JsonObject { ["key"] = "node.kubernetes.io/not-ready", ["effect"] = "NoSchedule" };
        taints.Add(taint);
    }
}
