import type { Operation } from './route.js';

/** The RAM action that each call needs ("Actions and resources" of the API reference). */
export const ACTIONS: Readonly<Record<Operation, string>> = {
  ListProject: 'log:ListProject',
  GetProject: 'log:GetProject',
  ListLogstores: 'log:ListLogStores',
  CreateLogstore: 'log:CreateLogStore',
  GetLogstore: 'log:GetLogStore',
  DeleteLogstore: 'log:DeleteLogStore',
  PutConsumeProcessor: 'log:PutConsumeProcessor',
  GetConsumeProcessor: 'log:GetConsumeProcessor',
  DeleteConsumeProcessor: 'log:DeleteConsumeProcessor',
  PutLogs: 'log:PostLogStoreLogs',
  ListShards: 'log:ListShards',
  PullLogs: 'log:GetCursorOrData',
  GetCursor: 'log:GetCursorOrData',
  GetCursorTime: 'log:GetCursorOrData',
  SplitShard: 'log:SplitShard',
  MergeShards: 'log:MergeShards',
  CreateConsumerGroup: 'log:CreateConsumerGroup',
  ListConsumerGroups: 'log:ListConsumerGroup',
  UpdateConsumerGroup: 'log:UpdateConsumerGroup',
  DeleteConsumerGroup: 'log:DeleteConsumerGroup',
  Heartbeat: 'log:ConsumerGroupHeartBeat',
  GetCheckpoints: 'log:GetConsumerGroupCheckPoint',
  UpdateCheckpoint: 'log:ConsumerGroupUpdateCheckPoint',
};
