using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;
using HybridLlm.Testing.Kubernetes.Objects;

namespace HybridLlm.Testing.Kubernetes.Ownership;

/// <summary>Who set which field: <c>metadata.managedFields</c>.</summary>
internal sealed class ManagedFields
{
    private static readonly string[] s_systemFields =
    [
        "name",
        "namespace",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "uid",
        "generation",
        "managedFields",
        "resourceVersion",
    ];

    private readonly List<Entry> _entries;

    private ManagedFields(IEnumerable<Entry> entries) => _entries = [.. entries];

    public static ManagedFields Read(JsonObject o) =>
        new(
            o.ObjectsAt("metadata", "managedFields")
                .Select(e => new Entry(
                    new Manager(
                        e.TextAt("manager") ?? "",
                        e.TextAt("operation") ?? "",
                        e.TextAt("apiVersion") ?? "",
                        e.TextAt("subresource") ?? ""
                    ),
                    e.TextAt("time") ?? "",
                    FieldSet.Read(e.ObjectAt("fieldsV1") ?? [])
                ))
        );

    /// <summary>The parts of an object that have owners.</summary>
    public static JsonObject Ownable(JsonObject o)
    {
        var fields = o.Copy();
        fields.Remove("apiVersion");
        fields.Remove("kind");
        foreach (var name in s_systemFields)
        {
            fields.ObjectAt("metadata")?.Remove(name);
        }

        if (fields.ObjectAt("metadata") is { Count: 0 })
        {
            fields.Remove("metadata");
        }

        return fields;
    }

    /// <summary>A plain write: what it changed is the writer's from now on.</summary>
    public static void Update(JsonObject? before, JsonObject after, ResourceKind kind, Manager writer, string now)
    {
        var owners = Read(before ?? []);
        var diff = FieldDiff.Between(Ownable(before ?? []), Ownable(after), FieldShape.Of(kind));
        var own = owners._entries.Find(e => e.Manager == writer)?.Fields ?? new FieldSet();
        var taken = own.Except(diff.Removed).Union(diff.Changed);
        foreach (var entry in owners._entries)
        {
            entry.Fields = entry.Fields.Except(diff.Removed).Except(diff.Changed);
        }

        owners.Set(writer, taken, diff.Changed.IsEmpty ? null : now);
        owners.Write(after);
    }

    /// <summary>Fields others hold and this manager wants otherwise.</summary>
    public IReadOnlyList<(Manager Manager, FieldSet Fields)> ConflictsOf(Manager applier, FieldSet wanted) =>
        [
            .. _entries
                .Where(e => e.Manager != applier)
                .Select(e => (e.Manager, Fields: e.Fields.Intersect(wanted)))
                .Where(c => !c.Fields.IsEmpty),
        ];

    public FieldSet Of(Manager manager) => _entries.Find(e => e.Manager == manager)?.Fields ?? new FieldSet();

    /// <summary>Everything owned by others.</summary>
    public FieldSet OfOthers(Manager manager) =>
        _entries.Where(e => e.Manager != manager).Aggregate(new FieldSet(), (all, e) => all.Union(e.Fields));

    public void TakeFromOthers(Manager manager, FieldSet fields)
    {
        foreach (var entry in _entries.Where(e => e.Manager != manager))
        {
            entry.Fields = entry.Fields.Except(fields);
        }
    }

    /// <summary>Sets a manager's fields.</summary>
    /// <param name="manager">The manager.</param>
    /// <param name="fields">Its fields; none removes it.</param>
    /// <param name="now">When it changed something; null keeps the time it has.</param>
    public void Set(Manager manager, FieldSet fields, string? now)
    {
        var time = now ?? _entries.Find(e => e.Manager == manager)?.Time ?? "";
        _entries.RemoveAll(e => e.Manager == manager);
        _entries.Add(new Entry(manager, time, fields));
    }

    public void Write(JsonObject o)
    {
        JsonArray list =
        [
            .. _entries
                .Where(e => !e.Fields.IsEmpty)
                .OrderBy(e => e.Manager.Operation, StringComparer.Ordinal)
                .ThenBy(e => e.Time, StringComparer.Ordinal)
                .ThenBy(e => e.Manager.Name, StringComparer.Ordinal)
                .Select(e => e.ToJson()),
        ];
        o.Metadata().Remove("managedFields");
        if (list.Count > 0)
        {
            o.Metadata()["managedFields"] = list;
        }
    }

    private sealed class Entry(Manager manager, string time, FieldSet fields)
    {
        public Manager Manager => manager;

        public string Time => time;

        public FieldSet Fields { get; set; } = fields;

        public JsonObject ToJson()
        {
            JsonObject json = new()
            {
                ["manager"] = manager.Name,
                ["operation"] = manager.Operation,
                ["apiVersion"] = manager.ApiVersion,
                ["time"] = time,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = Fields.Write(),
            };
            if (manager.Subresource.Length > 0)
            {
                json["subresource"] = manager.Subresource;
            }

            return json;
        }
    }
}

/// <summary>Who writes fields.</summary>
/// <param name="Name">Field manager, e.g. <c>kubectl</c>.</param>
/// <param name="Operation"><c>Apply</c> or <c>Update</c>.</param>
/// <param name="ApiVersion">Version of the object it wrote.</param>
/// <param name="Subresource">Empty for the object itself.</param>
internal sealed record Manager(string Name, string Operation, string ApiVersion, string Subresource)
{
    /// <summary>As a conflict names it.</summary>
    public string InWords =>
        Operation == "Apply" ? $"\"{Name}\""
        : Subresource.Length > 0 ? $"\"{Name}\" with subresource \"{Subresource}\" using {ApiVersion}"
        : $"\"{Name}\" using {ApiVersion}";
}
