using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Slices;

/// <summary>The VirtualNode of a spec. What the spec leaves open is taken from the slice, as liqoctl does.</summary>
internal static class VirtualNodeWish
{
    public static VirtualNode Of(
        VirtualNodeSpec spec,
        ObjectKey key,
        string secret,
        ResourceSliceStatus? granted,
        IReadOnlyDictionary<string, string> quantities
    )
    {
        var selector = spec.RemoteNodeSelector.Count > 0 ? spec.RemoteNodeSelector : granted?.NodeSelector;
        return new VirtualNode
        {
            Metadata = new ObjectMeta
            {
                Name = key.Name,
                Namespace = key.Namespace,
                Labels = new Dictionary<string, string> { [LiqoNames.RemoteClusterId] = spec.ProviderId },
            },
            Spec = new HybridLlm.Liqo.Resources.VirtualNodeSpec
            {
                ClusterId = spec.ProviderId,
                CreateNode = spec.HasNode,
                DisableNetworkCheck = spec.IgnoresNetwork,
                KubeconfigSecretRef = new SecretReference { Name = secret },
                ResourceQuota = new ResourceQuota { Hard = quantities },
                Labels = Labels(spec, granted),
                StorageClasses =
                    Classes(spec.StorageClasses, (n, d) => new StorageClass { StorageClassName = n, Default = d })
                    ?? granted?.StorageClasses,
                IngressClasses =
                    Classes(spec.IngressClasses, (n, d) => new IngressClass { IngressClassName = n, Default = d })
                    ?? granted?.IngressClasses,
                LoadBalancerClasses =
                    Classes(
                        spec.LoadBalancerClasses,
                        (n, d) => new LoadBalancerClass { LoadBalancerClassName = n, Default = d }
                    ) ?? granted?.LoadBalancerClasses,
                OffloadingPatch =
                    selector is { Count: > 0 } || spec.RemoteRuntimeClass is not null
                        ? new OffloadingPatch
                        {
                            NodeSelector = selector is { Count: > 0 } ? selector : null,
                            RuntimeClassName = spec.RemoteRuntimeClass,
                        }
                        : null,
                VkOptionsTemplateRef = Template(spec.KubeletTemplate),
            },
        };
    }

    private static Dictionary<string, string> Labels(VirtualNodeSpec spec, ResourceSliceStatus? granted)
    {
        Dictionary<string, string> labels = new(granted?.NodeLabels ?? new Dictionary<string, string>());
        foreach (var (name, value) in spec.Labels)
        {
            labels[name] = value;
        }

        labels[LiqoNames.RemoteClusterId] = spec.ProviderId;
        return labels;
    }

    /// <summary>The first is the default; the others say nothing of it, since Liqo drops a false.</summary>
    private static List<T>? Classes<T>(IReadOnlyList<string>? names, Func<string, bool?, T> make) =>
        names?.Select((n, i) => make(n, i == 0 ? true : null)).ToList();

    private static ObjectReference? Template(string? name) =>
        name?.Split('/') is [var ns, var template]
            ? new ObjectReference
            {
                ApiVersion = Kinds.VirtualNode.ApiVersion,
                Kind = "VkOptionsTemplate",
                Namespace = ns,
                Name = template,
            }
            : null;
}
