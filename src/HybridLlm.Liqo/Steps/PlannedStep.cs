using System.Text.Json.Nodes;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Steps;

/// <summary>A step with what is needed to do it.</summary>
internal abstract record PlannedStep(ObjectKey Object, string Purpose)
{
    /// <summary>
    /// Name under which the world notes that a wait ran out or a write was refused; null when that is an error.
    /// </summary>
    public string? YieldsAs { get; init; }

    protected abstract LiqoVerb Verb { get; }

    protected virtual string? Content => null;

    protected virtual TimeSpan? Limit => null;

    protected virtual bool IsForced => false;

    /// <summary>A Secret without data only asks a controller to fill it.</summary>
    private bool IsSecret => Object.Kind == Kinds.Secret && this is not CreateStep { Body: Secret { Data: null } };

    public LiqoStep Publish() =>
        new()
        {
            Cluster = Object.Cluster,
            Verb = Verb,
            ApiVersion = Object.Kind.ApiVersion,
            Kind = Object.Kind.Kind,
            Namespace = Object.Namespace,
            Name = Object.Name,
            Purpose = Purpose,
            Content = IsSecret ? null : Content,
            Patience = Limit,
            IsForced = IsForced,
        };
}

/// <summary>Creates an object. The body is null while an earlier step has yet to bring what it needs.</summary>
internal sealed record CreateStep(ObjectKey Object, ClusterObject? Body, string Purpose) : PlannedStep(Object, Purpose)
{
    protected override LiqoVerb Verb => LiqoVerb.Create;

    protected override string? Content => Body is null ? null : Object.Kind.Write(Body).ToJsonString();
}

/// <summary>Changes fields by a merge patch. It is null while an earlier step has yet to bring what it needs.</summary>
internal sealed record UpdateStep(ObjectKey Object, JsonObject? Patch, string Purpose) : PlannedStep(Object, Purpose)
{
    protected override LiqoVerb Verb => LiqoVerb.Update;

    protected override string? Content => Patch?.ToJsonString();
}

/// <summary>Says yes to a certificate request, as <c>kubectl certificate approve</c> does.</summary>
internal sealed record ApproveStep(ObjectKey Object, string Purpose) : PlannedStep(Object, Purpose)
{
    public static JsonObject Patch { get; } =
        new()
        {
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Approved",
                        ["status"] = "True",
                        ["reason"] = "LiqoApproval",
                        ["message"] = "This CSR was approved by HybridLlm.Liqo",
                    }
                ),
            },
        };

    protected override LiqoVerb Verb => LiqoVerb.Update;

    protected override string Content => Patch.ToJsonString();
}

/// <summary>Asks for a deletion; at once means without a grace period that nobody is left to confirm.</summary>
internal sealed record DeleteStep(ObjectKey Object, string Purpose, bool AtOnce = false) : PlannedStep(Object, Purpose)
{
    protected override LiqoVerb Verb => LiqoVerb.Delete;

    protected override bool IsForced => AtOnce;
}

/// <summary>Removes one finalizer.</summary>
internal sealed record ReleaseStep(ObjectKey Object, int Index, string Finalizer, string Purpose)
    : PlannedStep(Object, Purpose)
{
    protected override LiqoVerb Verb => LiqoVerb.Release;

    protected override bool IsForced => true;

    protected override string Content => JsonValue.Create(Finalizer).ToJsonString();
}

/// <summary>
/// Waits until the planner no longer asks for it. It is the planner that knows success and failure; the step says where
/// to look and what to tell when it takes too long.
/// </summary>
internal sealed record WaitStep(ObjectKey Object, string Purpose) : PlannedStep(Object, Purpose)
{
    public required IReadOnlyList<Target> Targets { get; init; }

    public required TimeSpan Patience { get; init; }

    /// <summary>The state last seen, for the error.</summary>
    public required string LastObserved { get; init; }

    public required string Remedy { get; init; }

    /// <summary>Where to look after it has lasted so long.</summary>
    public IReadOnlyList<Target> TargetsAfter(TimeSpan waited) => [.. Targets.Where(t => Begin(t) <= waited)];

    /// <summary>How long until there is more to look at; null when there is no more to come.</summary>
    public TimeSpan? UntilMoreTargets(TimeSpan waited) =>
        Targets.Select(t => (TimeSpan?)Begin(t)).Where(b => b > waited).Min() - waited;

    protected override LiqoVerb Verb => LiqoVerb.Wait;

    protected override TimeSpan? Limit => Patience;

    private TimeSpan Begin(Target target) => target.Delay < Patience / 2 ? target.Delay : Patience / 2;
}
