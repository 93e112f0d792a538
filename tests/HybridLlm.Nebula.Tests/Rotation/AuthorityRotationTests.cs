using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Rotation;

namespace HybridLlm.Nebula.Tests.Rotation;

public sealed class AuthorityRotationTests
{
    private static readonly NebulaCertificate s_old = Vector.Certificate("ca/v2-25519");
    private static readonly NebulaCertificate s_new = Vector.Certificate("ca/other");

    [Fact]
    public void A_rotation_goes_from_one_authority_to_the_other()
    {
        var state = Begin("a", "b");
        string[] both = [s_old.Fingerprint, s_new.Fingerprint];

        state.Tasks.ShouldAllBe(t => t.Trusts.SequenceEqual(both) && t.Issuer == null);
        state = Advance(SeeAll(state, both, s_old.Fingerprint));
        state.Tasks.ShouldAllBe(t => t.Trusts.SequenceEqual(both) && t.Issuer == s_new.Fingerprint);
        state = Advance(SeeAll(state, both, s_new.Fingerprint));
        state.Tasks.ShouldAllBe(t => t.Trusts.Single() == s_new.Fingerprint);
        state = Advance(SeeAll(state, [s_new.Fingerprint], s_new.Fingerprint));

        state.Phase.ShouldBe(RotationPhase.Done);
        state.Tasks.ShouldBeEmpty();
        Refusal(state, new RotationEvent.Advance()).ShouldBe("rotation-done");
    }

    [Fact]
    public void It_does_not_go_on_while_a_node_is_behind_and_names_it()
    {
        var state = Begin("a", "b");
        state = See(state, "a", [s_old.Fingerprint, s_new.Fingerprint], s_old.Fingerprint);

        var outcome = AuthorityRotation.Apply(state, new RotationEvent.Advance());

        outcome.State.ShouldBe(state);
        outcome.Refusal!.Code.ShouldBe("rotation-behind");
        outcome.Refusal.Message.ShouldEndWith("b.");
        var without = AuthorityRotation.Apply(state, new RotationEvent.NodeLeft("b")).State;
        Advance(without).Phase.ShouldBe(RotationPhase.Reissuing);
    }

    [Fact]
    public void A_node_that_joins_holds_it_up_until_it_is_seen()
    {
        var state = SeeAll(Begin("a"), [s_old.Fingerprint, s_new.Fingerprint], s_old.Fingerprint);
        var joined = AuthorityRotation.Apply(state, new RotationEvent.NodeJoined("b")).State;

        Refusal(joined, new RotationEvent.Advance()).ShouldBe("rotation-behind");
        Refusal(joined, new RotationEvent.NodeJoined("b")).ShouldBe("rotation-known-node");
        Refusal(joined, new RotationEvent.NodeSeen("c", [], "")).ShouldBe("rotation-unknown-node");
    }

    [Fact]
    public void A_rotation_is_kept_as_json_and_a_damaged_one_is_not_begun_again()
    {
        var state = Advance(SeeAll(Begin("a", "b"), [s_old.Fingerprint, s_new.Fingerprint], s_old.Fingerprint));

        var read = RotationState.ParseJson(state.ToJson());

        read.ToJson().ShouldBe(state.ToJson());
        read.Phase.ShouldBe(RotationPhase.Reissuing);
        read.Nodes.ShouldBe(state.Nodes);
        foreach (
            var text in new[]
            {
                "",
                "null",
                "{}",
                "[]",
                state.ToJson().Replace("Reissuing", "Resting", StringComparison.Ordinal),
            }
        )
        {
            Should
                .Throw<NebulaFormatException>(() => RotationState.ParseJson(text))
                .Code.ShouldBe("rotation-malformed");
        }
    }

    /// <summary>
    /// Every order of giving files to nodes, seeing them or not, going on and turning back: at no moment does a node meet a peer
    /// whose certificate it does not trust.
    /// </summary>
    [Fact]
    public void No_order_of_events_ever_parts_two_nodes()
    {
        World start = new(Begin("a", "b", "c"), [Machine.Of("a"), Machine.Of("b"), Machine.Of("c")]);
        HashSet<string> known = [start.ToString()];
        Queue<World> open = new([start]);
        HashSet<RotationPhase> phases = [];
        while (open.TryDequeue(out var world))
        {
            world.Machines.ShouldAllBe(a => world.Machines.All(b => a.Trusts.Contains(b.Issuer)), world.ToString());
            phases.Add(world.State.Phase);
            foreach (var next in world.Next().Where(next => known.Add(next.ToString())))
            {
                open.Enqueue(next);
            }
        }

        phases.Count.ShouldBe(4);
        known.Count.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void What_could_not_be_safe_is_refused_at_once()
    {
        var p256 = Vector.Certificate("ca/v2-p256");
        var begin = () => AuthorityRotation.Begin(Vector.Certificate("bad/expired-ca"), p256, ["a", "a"], Vector.Now);
        var same = () => AuthorityRotation.Begin(s_old, s_old, ["a"], Vector.Now);
        var host = () => AuthorityRotation.Begin(s_old, Vector.Certificate("host/v2-25519-plain"), ["a"], Vector.Now);

        begin
            .ShouldThrow<NebulaValidationException>()
            .Faults.Select(f => f.Code)
            .ShouldBe(["rotation-authority-invalid", "rotation-curve", "rotation-nodes"]);
        same.ShouldThrow<NebulaValidationException>().Code.ShouldBe("rotation-same");
        host.ShouldThrow<NebulaValidationException>().Code.ShouldBe("ca-not-an-authority");
    }

    private static RotationState Begin(params string[] nodes) =>
        AuthorityRotation.Begin(s_old, s_new, nodes, Vector.Now);

    private static RotationState SeeAll(RotationState state, string[] trusts, string issuer) =>
        state.Nodes.Aggregate(state, (s, node) => See(s, node.Name, trusts, issuer));

    private static RotationState See(RotationState state, string name, string[] trusts, string issuer) =>
        AuthorityRotation.Apply(state, new RotationEvent.NodeSeen(name, trusts, issuer)).State;

    private static RotationState Advance(RotationState state)
    {
        var outcome = AuthorityRotation.Apply(state, new RotationEvent.Advance());
        outcome.Refusal.ShouldBeNull();
        return outcome.State;
    }

    private static string Refusal(RotationState state, RotationEvent happened) =>
        AuthorityRotation.Apply(state, happened).Refusal!.Code;

    /// <summary>What a node really has, whatever the rotation knows of it.</summary>
    private sealed record Machine(string Name, IReadOnlyList<string> Trusts, string Issuer)
    {
        public static Machine Of(string name) => new(name, [s_old.Fingerprint], s_old.Fingerprint);

        public override string ToString() => $"{Name} trusts {string.Join('+', Trusts.Order())} is {Issuer}";
    }

    private sealed record World(RotationState State, IReadOnlyList<Machine> Machines)
    {
        public IEnumerable<World> Next()
        {
            yield return this with
            {
                State = Apply(new RotationEvent.Advance()),
            };
            yield return this with
            {
                State = Apply(new RotationEvent.TurnBack()),
            };
            foreach (var task in State.Tasks)
            {
                yield return this with
                {
                    Machines = [.. Machines.Select(m => m.Name == task.Name ? Give(m, task) : m)],
                };
            }

            foreach (var machine in Machines)
            {
                var seen = new RotationEvent.NodeSeen(machine.Name, machine.Trusts, machine.Issuer);
                yield return this with
                {
                    State = Apply(seen),
                };
            }
        }

        public override string ToString() =>
            $"{State.Old} {State.Phase} {string.Join(' ', State.Nodes)} | {string.Join("; ", Machines)}";

        private static Machine Give(Machine machine, RotationTask task) =>
            machine with
            {
                Trusts = task.Trusts,
                Issuer = task.Issuer ?? machine.Issuer,
            };

        private RotationState Apply(RotationEvent happened) => AuthorityRotation.Apply(State, happened).State;
    }
}
