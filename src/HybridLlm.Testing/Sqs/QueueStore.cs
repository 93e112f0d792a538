using System.Text.Json.Nodes;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Sqs;

/// <summary>The account's queues, and what EventBridge puts into them.</summary>
internal sealed class QueueStore(CloudState cloud)
{
    private readonly Dictionary<(string Region, string Name), MessageQueue> _queues = [];

    /// <summary>Queues that a rule sends EC2's events to.</summary>
    private readonly HashSet<(string Region, string Name)> _ruled = [];

    public IEnumerable<(string Region, MessageQueue Queue)> All => _queues.Select(q => (q.Key.Region, q.Value));

    /// <summary>The rule stays, and sends into the void.</summary>
    public void Remove(string region, string name) => _queues.Remove((region, name));

    public MessageQueue Create(string region, string name) =>
        _queues.TryGetValue((region, name), out var queue) ? queue : _queues[(region, name)] = new MessageQueue(name);

    public void Rule(string region, string name)
    {
        Create(region, name);
        _ruled.Add((region, name));
    }

    public MessageQueue Find(string region, string name) =>
        _queues.GetValueOrDefault((region, name))
        ?? throw new ServiceError("QueueDoesNotExist", "The specified queue does not exist.");

    /// <summary>Sends an event of EC2 in EventBridge's envelope to every queue of the region that has a rule.</summary>
    public void Publish(string region, string detailType, string resource, JsonObject detail)
    {
        foreach (var (_, name) in _ruled.Where(r => r.Region == region))
        {
            JsonObject envelope = new()
            {
                ["version"] = "0",
                ["id"] = cloud.Ids.Request(),
                ["detail-type"] = detailType,
                ["source"] = "aws.ec2",
                ["account"] = cloud.Options.AccountId,
                ["time"] = Ec2Xml.Seconds(cloud.Now),
                ["region"] = region,
                ["resources"] = new JsonArray(resource),
                ["detail"] = detail.DeepClone(),
            };
            _queues.GetValueOrDefault((region, name))?.Send(envelope.ToJsonString(), cloud.Now);
        }
    }
}
